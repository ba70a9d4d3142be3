-- +goose Up

-- Nothing leaves the desk by the program's decision alone: what was read out of a
-- file and what a translation says is decided on like answers. Redacted is what
-- people decided, '' before; opened is who let others open the file itself; and
-- translated is a translation before anything was taken out of it.
ALTER TABLE attachments ADD COLUMN redacted text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE attachments ADD COLUMN opened text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE answers ADD COLUMN translated text COLLATE "C" NOT NULL DEFAULT '';

-- Words that come or change open a sheet again, so that lists can tell from the
-- sheet alone how far people are. What was checked without these words, or before
-- they were changed, is open.
UPDATE redaction_sheets SET version = version + 1, checked_by = '', checked = '', approved_by = '', approved = ''
WHERE submission IN (SELECT id FROM submissions WHERE revision > 0)
   OR submission IN (SELECT submission FROM attachments WHERE TRIM(text) <> '')
   OR submission IN (SELECT submission FROM answers WHERE translation <> '');
ALTER TABLE redaction_sheets DROP COLUMN sha256;
