INSERT INTO plans (id, name, price) VALUES (100, 'Team', 49.00), (101, 'Enterprise', 199.00) ON CONFLICT (id) DO NOTHING;
