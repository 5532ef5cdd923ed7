-- The change log grown old (handbook SYNC): of what is older than 30 days, the last change of each row alone, with
-- everybody who ever saw the row before it. The newer part stays in `change`, whose seqs are all greater.
CREATE TABLE old_change (
    tenant TEXT NOT NULL,
    tbl BIGINT NOT NULL,       -- enum row_table
    id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    kind BIGINT NOT NULL,      -- enum change_kind
    was TEXT NOT NULL,         -- principals
    now TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant, tbl, id)
);
CREATE INDEX old_change_by_seq ON old_change (tenant, seq);

-- What happened up to this seq is forgotten: a cursor below it starts anew.
ALTER TABLE tenant ADD COLUMN log_floor BIGINT NOT NULL DEFAULT 0;
UPDATE tenant SET log_floor =
    COALESCE((SELECT MIN(change.seq) - 1 FROM change WHERE change.tenant = tenant.id), tenant.seq);
