"""What is handed out beside the source: the one file, its bill of materials, the manual and the site."""
