-- What the engine itself forbids, behind the checks of the rules (RULES 3 and 9). One file an engine.

-- No double booking: whatever code runs, two bookings that block time never overlap for one consultant or one client.
-- A session is at most a day long, so a start within the last day bounds the search.
CREATE TRIGGER consultation_no_overlap_insert BEFORE INSERT ON consultation WHEN NEW.blocks = 1
BEGIN
    SELECT RAISE(ABORT, 'SLOT_TAKEN') WHERE EXISTS (
        SELECT 1 FROM consultation WHERE consultant_id = NEW.consultant_id AND blocks = 1
            AND starts_at < NEW.ends_at AND starts_at > NEW.starts_at - 86400000 AND ends_at > NEW.starts_at);
    SELECT RAISE(ABORT, 'SLOT_TAKEN') WHERE EXISTS (
        SELECT 1 FROM consultation WHERE client_id = NEW.client_id AND blocks = 1
            AND starts_at < NEW.ends_at AND starts_at > NEW.starts_at - 86400000 AND ends_at > NEW.starts_at);
END;

CREATE TRIGGER consultation_no_overlap_update BEFORE UPDATE OF starts_at, ends_at, blocks, consultant_id, client_id
ON consultation WHEN NEW.blocks = 1
BEGIN
    SELECT RAISE(ABORT, 'SLOT_TAKEN') WHERE EXISTS (
        SELECT 1 FROM consultation WHERE consultant_id = NEW.consultant_id AND blocks = 1 AND id <> NEW.id
            AND starts_at < NEW.ends_at AND starts_at > NEW.starts_at - 86400000 AND ends_at > NEW.starts_at);
    SELECT RAISE(ABORT, 'SLOT_TAKEN') WHERE EXISTS (
        SELECT 1 FROM consultation WHERE client_id = NEW.client_id AND blocks = 1 AND id <> NEW.id
            AND starts_at < NEW.ends_at AND starts_at > NEW.starts_at - 86400000 AND ends_at > NEW.starts_at);
END;

-- The ledger and the audit chain only grow.
CREATE TRIGGER ledger_tx_no_update BEFORE UPDATE ON ledger_tx BEGIN SELECT RAISE(ABORT, 'APPEND_ONLY'); END;
CREATE TRIGGER ledger_tx_no_delete BEFORE DELETE ON ledger_tx BEGIN SELECT RAISE(ABORT, 'APPEND_ONLY'); END;
CREATE TRIGGER ledger_posting_no_update BEFORE UPDATE ON ledger_posting BEGIN SELECT RAISE(ABORT, 'APPEND_ONLY'); END;
CREATE TRIGGER ledger_posting_no_delete BEFORE DELETE ON ledger_posting BEGIN SELECT RAISE(ABORT, 'APPEND_ONLY'); END;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'APPEND_ONLY'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'APPEND_ONLY'); END;
