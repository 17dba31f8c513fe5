ALTER INDEX users_nickname_idx SET (fillfactor = 70);
