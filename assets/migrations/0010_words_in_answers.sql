-- Stored answers that hold words of notes: after 30 days they say only that it was done (server/core/results.h).
ALTER TABLE request_result ADD COLUMN has_words BIGINT NOT NULL DEFAULT 0;
UPDATE request_result SET has_words = 1 WHERE op LIKE 'consultation.%' AND status < 400;
CREATE INDEX request_result_words ON request_result (at) WHERE has_words = 1;
