-- Words that were deleted from a note go for good after 30 days (handbook SYNC). When the next are due; 0: none were.
ALTER TABLE note ADD COLUMN purge_at BIGINT NOT NULL DEFAULT 0;
UPDATE note SET purge_at = (SELECT MIN(ended_at) FROM note_revision WHERE note_id = note.id AND removed > 0) + 2592000000
    WHERE EXISTS (SELECT 1 FROM note_revision WHERE note_id = note.id AND removed > 0);
CREATE INDEX note_by_purge ON note (purge_at) WHERE purge_at > 0;
