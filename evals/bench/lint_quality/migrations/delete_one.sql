DELETE FROM feature_flags WHERE name = 'dark_mode';
