SELECT id, name FROM users WHERE lower(email) = lower(:email);
