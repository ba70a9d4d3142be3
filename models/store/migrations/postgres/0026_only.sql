-- +goose Up

-- The ids of the consultations that somebody sees, as JSON; none for all.
ALTER TABLE users ADD COLUMN consultations text NOT NULL DEFAULT '[]';
