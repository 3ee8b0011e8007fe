-- What the migrations of SQLite lead to, in PostgreSQL. Names are compared and put in order byte by
-- byte, whatever the locale of the database.

-- The newest version. Its row is locked first by each writing transaction and raised inside it, so
-- versions rise in commit order.
CREATE TABLE registry_version (
  only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
  version  BIGINT  NOT NULL
);

INSERT INTO registry_version (only_row, version) VALUES (1, 0);

-- Every organisation that ever was. A deleted one keeps its row without a document (a tombstone),
-- so that followers learn of it and its id is never used again.
CREATE TABLE org (
  id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  version    BIGINT NOT NULL UNIQUE,
  document   TEXT,
  deleted_at BIGINT,
  CHECK ((document IS NULL) = (deleted_at IS NOT NULL))
);

-- What tells organisations apart at the door: one root, one organisation.
CREATE TABLE identity_root (
  kind  TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  org   TEXT COLLATE "C" NOT NULL REFERENCES org (id),
  PRIMARY KEY (kind, value)
);

CREATE INDEX identity_root_org ON identity_root (org);

-- Who changed what: one row for each version. A row's chain covers the row and the chain before it,
-- so two databases that agree in one chain agree in their whole past.
CREATE TABLE audit (
  version  BIGINT NOT NULL PRIMARY KEY,
  at       BIGINT NOT NULL,
  actor    TEXT   NOT NULL,
  action   TEXT   NOT NULL,
  org      TEXT COLLATE "C" NOT NULL REFERENCES org (id),
  document TEXT   NOT NULL,
  chain    TEXT   NOT NULL
);

-- The changes of one organisation, newest first.
CREATE INDEX audit_org ON audit (org, version);

-- The last key set that each token issuer was seen with.
CREATE TABLE issuer_keys (
  iss      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  jwks     TEXT   NOT NULL,
  saved_at BIGINT NOT NULL
);

-- Work that one process does at a time. The number rises with each new holder, and whoever writes
-- what came of the work shows it.
CREATE TABLE lease (
  work   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  holder TEXT   NOT NULL,
  until  BIGINT NOT NULL,
  number BIGINT NOT NULL
);

-- The gateways that share this registry, as each last reported itself.
CREATE TABLE node (
  id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  host    TEXT   NOT NULL,
  version BIGINT NOT NULL,
  at      BIGINT NOT NULL
);
