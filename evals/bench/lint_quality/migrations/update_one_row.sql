UPDATE plans SET price = 9.90 WHERE id = 3;
