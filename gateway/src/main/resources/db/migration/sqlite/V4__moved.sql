-- Where the registry went, once it has left this file. From then on nobody writes here.
CREATE TABLE moved (
  only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
  place    TEXT    NOT NULL,
  at       INTEGER NOT NULL
) STRICT;

-- Also for processes that were started before this table stood.
CREATE TRIGGER moved_registry_is_not_written BEFORE UPDATE ON registry_version
WHEN EXISTS (SELECT 1 FROM moved)
BEGIN
  SELECT RAISE(ABORT, 'this registry has moved to another place');
END;
