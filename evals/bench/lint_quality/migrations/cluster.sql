CLUSTER users USING users_nickname_idx;
