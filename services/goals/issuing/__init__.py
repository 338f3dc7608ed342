"""Keys made with all they need: for a new user, its policy and its log groups, or for a user that exists."""
