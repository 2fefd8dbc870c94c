-- A row is a failure.
SELECT id AS user_with_unreadable_hash FROM users WHERE password_hash NOT LIKE 'scrypt$%$%';
