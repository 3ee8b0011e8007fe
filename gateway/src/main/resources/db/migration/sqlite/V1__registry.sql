-- The newest version. It is raised inside each writing transaction, so versions rise in commit order.
CREATE TABLE registry_version (
  only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
  version  INTEGER NOT NULL
) STRICT;

INSERT INTO registry_version (only_row, version) VALUES (1, 0);

-- Every organisation that ever was. A deleted one keeps its row without a document (a tombstone),
-- so that followers learn of it and its id is never used again.
CREATE TABLE org (
  id         TEXT    NOT NULL PRIMARY KEY,
  version    INTEGER NOT NULL UNIQUE,
  document   TEXT,
  deleted_at INTEGER,
  CHECK ((document IS NULL) = (deleted_at IS NOT NULL))
) STRICT;

-- What tells organisations apart at the door: one root, one organisation.
CREATE TABLE identity_root (
  kind  TEXT NOT NULL,
  value TEXT NOT NULL,
  org   TEXT NOT NULL REFERENCES org (id),
  PRIMARY KEY (kind, value)
) STRICT;

CREATE INDEX identity_root_org ON identity_root (org);

-- Who changed what: one row for each version. A row's chain covers the row and the chain before it,
-- so two databases that agree in one chain agree in their whole past.
CREATE TABLE audit (
  version  INTEGER NOT NULL PRIMARY KEY,
  at       INTEGER NOT NULL,
  actor    TEXT    NOT NULL,
  action   TEXT    NOT NULL,
  org      TEXT    NOT NULL REFERENCES org (id),
  document TEXT    NOT NULL,
  chain    TEXT    NOT NULL
) STRICT;

-- The last key set that each token issuer was seen with.
CREATE TABLE issuer_keys (
  iss      TEXT    NOT NULL PRIMARY KEY,
  jwks     TEXT    NOT NULL,
  saved_at INTEGER NOT NULL
) STRICT;
