-- Work that one process does at a time. The number rises with each new holder, and whoever writes
-- what came of the work shows it.
CREATE TABLE lease (
  work   TEXT    NOT NULL PRIMARY KEY,
  holder TEXT    NOT NULL,
  until  INTEGER NOT NULL,
  number INTEGER NOT NULL
) STRICT;
