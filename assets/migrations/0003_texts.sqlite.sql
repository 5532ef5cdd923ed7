-- Texts that merge (handbook SYNC). For SQLite alone: bytes are BLOB here, BYTEA in PostgreSQL's file.

CREATE TABLE text_doc (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenant (id),
    epoch BIGINT NOT NULL,         -- of its generation: random, never made again from plain text
    head BIGINT NOT NULL,          -- updates stored so far
    snapshot_head BIGINT NOT NULL, -- the newest snapshot holds those up to this one; 0: there is none
    snapshot_bytes BIGINT NOT NULL,
    update_bytes BIGINT NOT NULL,  -- of the updates since
    length BIGINT NOT NULL,        -- bytes of the visible text
    stamp BIGINT NOT NULL          -- random, another one with every update: is what memory holds what is stored?
);

CREATE TABLE text_update (
    doc TEXT NOT NULL REFERENCES text_doc (id),
    n BIGINT NOT NULL,             -- 1, 2, 3 ...
    author_id TEXT,
    at BIGINT NOT NULL,
    rev BIGINT NOT NULL,           -- the change log's seq it was stored under
    hand TEXT,                     -- of a whole text that was handed in: the server's agent that wrote it ...
    base BIGINT,                   -- ... and the update that its author had seen
    bytes BLOB NOT NULL,
    PRIMARY KEY (doc, n)
) WITHOUT ROWID;

CREATE TABLE text_snapshot (
    doc TEXT NOT NULL REFERENCES text_doc (id),
    n BIGINT NOT NULL,             -- holds the updates up to this one
    bytes BLOB NOT NULL,
    PRIMARY KEY (doc, n)
);

-- Whose each replica's agent is, so that nobody writes in another's name.
CREATE TABLE text_agent (
    doc TEXT NOT NULL REFERENCES text_doc (id),
    agent TEXT NOT NULL,           -- 16 hex digits
    person_id TEXT,                -- NULL: nobody can write with it any more
    name TEXT,
    ours BIGINT NOT NULL,          -- 1: the server's, for those who hand in whole texts
    PRIMARY KEY (doc, agent)
) WITHOUT ROWID;

-- note.text is no longer used, nor is consultation.client_notes: what stands there is adopted once at start-up.
ALTER TABLE note ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;
ALTER TABLE note ADD COLUMN head BIGINT NOT NULL DEFAULT 0;
ALTER TABLE note ADD COLUMN tail BLOB;
ALTER TABLE note ADD COLUMN tail_count BIGINT NOT NULL DEFAULT 0;
CREATE INDEX note_plain ON note (id) WHERE text <> '';
CREATE INDEX consultation_client_notes ON consultation (id) WHERE client_notes <> '';

-- One row a sitting of one author.
CREATE TABLE note_revision (
    id TEXT PRIMARY KEY,           -- <note>:<ord>
    tenant TEXT NOT NULL REFERENCES tenant (id),
    rev BIGINT NOT NULL,
    audience TEXT NOT NULL,
    note_id TEXT NOT NULL REFERENCES note (id),
    consultation_id TEXT NOT NULL REFERENCES consultation (id),
    ord BIGINT NOT NULL,
    agent TEXT,                    -- NULL: several of the author's at once
    author_id TEXT,
    author_name TEXT,
    started_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    added BIGINT NOT NULL,
    removed BIGINT NOT NULL,
    version BLOB NOT NULL,
    UNIQUE (note_id, ord)
);
CREATE INDEX note_revision_by_agent ON note_revision (note_id, agent, ord);
CREATE INDEX note_revision_by_tenant ON note_revision (tenant, id);
