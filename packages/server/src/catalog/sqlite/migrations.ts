/**
 * The tables, as the steps that led to them. A step that was released is never edited; a change is a new step at the end. The
 * number of steps is the format of the file.
 */

export const migrations: readonly string[] = [
  `
  CREATE TABLE secrets (name TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;

  CREATE TABLE users (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'marketer', 'admin')),
    disabled INTEGER NOT NULL DEFAULT 0,
    password_hash TEXT,
    created_at INTEGER NOT NULL,
    signed_in_at INTEGER
  ) STRICT;

  CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX sessions_of_user ON sessions (user_id, created_at);
  CREATE INDEX sessions_by_end ON sessions (expires_at);

  CREATE TABLE sign_in_links (
    hash TEXT PRIMARY KEY,
    user_id TEXT UNIQUE REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER
  ) STRICT;

  CREATE TABLE sources (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE write_keys (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    text TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    withdrawn_at INTEGER
  ) STRICT;

  CREATE TABLE server_keys (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'marketer', 'admin')),
    hint TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    rotated_at INTEGER,
    used_at INTEGER,
    withdrawn_at INTEGER
  ) STRICT;
  CREATE TABLE server_key_secrets (
    hash TEXT PRIMARY KEY,
    key_id TEXT NOT NULL REFERENCES server_keys (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    valid_until INTEGER
  ) STRICT;
  CREATE INDEX secrets_of_key ON server_key_secrets (key_id, created_at);

  CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    details TEXT NOT NULL,
    hash TEXT NOT NULL
  ) STRICT;
  CREATE INDEX audit_by_actor ON audit (actor_id, seq);
  CREATE INDEX audit_by_action ON audit (action, seq);
  CREATE INDEX audit_by_object ON audit (object, seq);
  CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE (ABORT, 'the audit log is append-only'); END;
  CREATE TRIGGER audit_is_not_cut BEFORE DELETE ON audit BEGIN SELECT RAISE (ABORT, 'the audit log is append-only'); END;

  CREATE TABLE revisions (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    author TEXT NOT NULL,
    reason TEXT NOT NULL,
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    removed INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE definition_versions (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    revision INTEGER NOT NULL REFERENCES revisions (seq),
    version INTEGER NOT NULL,
    definition TEXT,
    PRIMARY KEY (kind, name, revision)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE webhook_endpoints (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    endpoint TEXT NOT NULL
  ) STRICT;

  CREATE TABLE kept_answers (
    principal TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    begun_at INTEGER NOT NULL,
    status INTEGER,
    body TEXT,
    PRIMARY KEY (principal, key)
  ) STRICT;
  CREATE INDEX answers_by_age ON kept_answers (begun_at);
  `,
  `
  CREATE TABLE erasures (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    subject TEXT,
    work TEXT,
    removed TEXT NOT NULL,
    done_at INTEGER
  ) STRICT;
  `,
  `
  CREATE TABLE workspace (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    name TEXT
  ) STRICT;
  `,
];
