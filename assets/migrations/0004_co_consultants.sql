-- Who gives a session beside its lead. They are busy meanwhile, so what a search for a consultant's time asks stands
-- here too: starts_at, ends_at and blocks are the consultation's and follow it; buffer is that of their own day.
CREATE TABLE co_consultant (
    consultation_id TEXT NOT NULL REFERENCES consultation (id),
    consultant_id TEXT NOT NULL REFERENCES consultant (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    blocks BIGINT NOT NULL,
    buffer BIGINT NOT NULL DEFAULT 0,
    added_at BIGINT NOT NULL,
    added_by TEXT,
    PRIMARY KEY (consultation_id, consultant_id)
);
CREATE INDEX co_consultant_by_consultant ON co_consultant (consultant_id, starts_at, ends_at, blocks);

-- The same for readers of the row, who see no table of their own: JSON arrays of text, in one order.
ALTER TABLE consultation ADD COLUMN co_consultant_ids TEXT NOT NULL DEFAULT '[]';
ALTER TABLE consultation ADD COLUMN co_consultant_names TEXT NOT NULL DEFAULT '[]';
