-- +goose Up

-- The day on which a one-time link was made, so that it ends. Those that are out
-- count from today.
ALTER TABLE users ADD COLUMN invited text COLLATE "C" NOT NULL DEFAULT '';
UPDATE users SET invited = to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD') WHERE invite_hash IS NOT NULL;

-- What the account may do once another administrator confirms.
ALTER TABLE recoveries ADD COLUMN role text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE recoveries ADD COLUMN consultations text COLLATE "C" NOT NULL DEFAULT '[]';
UPDATE recoveries SET role = (SELECT u.role FROM users u WHERE u.id = recoveries.account),
    consultations = (SELECT u.consultations FROM users u WHERE u.id = recoveries.account);
