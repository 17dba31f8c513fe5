UPDATE users SET country = 'FR';
