REINDEX INDEX users_nickname_idx;
