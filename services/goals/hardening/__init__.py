"""Use of keys made be recorded: by a trail that is there, its selectors merged, or by a new one."""
