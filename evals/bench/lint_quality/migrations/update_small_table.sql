UPDATE plans SET price = price * 1.02;
