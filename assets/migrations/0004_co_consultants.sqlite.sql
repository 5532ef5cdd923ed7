-- No double booking of a consultant (RULES 9), be it as lead or as co-consultant, whatever code runs. These stand beside
-- consultation_no_overlap_insert and consultation_no_overlap_update, which compare leads with leads.

CREATE TRIGGER consultation_no_overlap_co_insert BEFORE INSERT ON consultation WHEN NEW.blocks = 1
BEGIN
    SELECT RAISE(ABORT, 'SLOT_TAKEN') WHERE EXISTS (
        SELECT 1 FROM co_consultant WHERE consultant_id = NEW.consultant_id AND blocks = 1
            AND starts_at < NEW.ends_at AND starts_at > NEW.starts_at - 86400000 AND ends_at > NEW.starts_at);
END;

CREATE TRIGGER consultation_no_overlap_co_update BEFORE UPDATE OF starts_at, ends_at, blocks, consultant_id
ON consultation WHEN NEW.blocks = 1
BEGIN
    SELECT RAISE(ABORT, 'SLOT_TAKEN') WHERE EXISTS (
        SELECT 1 FROM co_consultant WHERE consultant_id = NEW.consultant_id AND blocks = 1
            AND consultation_id <> NEW.id
            AND starts_at < NEW.ends_at AND starts_at > NEW.starts_at - 86400000 AND ends_at > NEW.starts_at);
END;

CREATE TRIGGER co_consultant_no_overlap_insert BEFORE INSERT ON co_consultant WHEN NEW.blocks = 1
BEGIN
    SELECT RAISE(ABORT, 'SLOT_TAKEN') WHERE EXISTS (
        SELECT 1 FROM consultation WHERE consultant_id = NEW.consultant_id AND blocks = 1
            AND starts_at < NEW.ends_at AND starts_at > NEW.starts_at - 86400000 AND ends_at > NEW.starts_at);
    SELECT RAISE(ABORT, 'SLOT_TAKEN') WHERE EXISTS (
        SELECT 1 FROM co_consultant WHERE consultant_id = NEW.consultant_id AND blocks = 1
            AND starts_at < NEW.ends_at AND starts_at > NEW.starts_at - 86400000 AND ends_at > NEW.starts_at);
END;

CREATE TRIGGER co_consultant_no_overlap_update BEFORE UPDATE OF starts_at, ends_at, blocks, consultant_id
ON co_consultant WHEN NEW.blocks = 1
BEGIN
    SELECT RAISE(ABORT, 'SLOT_TAKEN') WHERE EXISTS (
        SELECT 1 FROM consultation WHERE consultant_id = NEW.consultant_id AND blocks = 1
            AND starts_at < NEW.ends_at AND starts_at > NEW.starts_at - 86400000 AND ends_at > NEW.starts_at);
    SELECT RAISE(ABORT, 'SLOT_TAKEN') WHERE EXISTS (
        SELECT 1 FROM co_consultant WHERE consultant_id = NEW.consultant_id AND blocks = 1
            AND consultation_id <> NEW.consultation_id
            AND starts_at < NEW.ends_at AND starts_at > NEW.starts_at - 86400000 AND ends_at > NEW.starts_at);
END;
