ALTER INDEX users_nickname_idx RENAME TO users_nick_idx;
