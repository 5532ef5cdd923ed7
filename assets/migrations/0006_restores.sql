-- What becomes of a tenant's log when the server goes back to a backup (handbook SYNC): a new epoch begins.
CREATE TABLE past_epoch (
    tenant TEXT NOT NULL REFERENCES tenant (id),
    n BIGINT NOT NULL,         -- 1, 2, 3 ... in the order in which they ended
    epoch TEXT NOT NULL,
    last_seq BIGINT NOT NULL,  -- what of it the backup still held
    PRIMARY KEY (tenant, n)
);
ALTER TABLE tenant ADD COLUMN restored_at BIGINT NOT NULL DEFAULT 0;
