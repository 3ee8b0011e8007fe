-- The changes of one organisation, newest first.
CREATE INDEX audit_org ON audit (org, version);

-- The gateways that share this registry, as each last reported itself.
CREATE TABLE node (
  id      TEXT    NOT NULL PRIMARY KEY,
  host    TEXT    NOT NULL,
  version INTEGER NOT NULL,
  at      INTEGER NOT NULL
) STRICT;
