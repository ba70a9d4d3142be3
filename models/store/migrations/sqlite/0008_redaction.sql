-- +goose Up

-- What people decided on words of answers that could identify somebody. Offsets
-- count bytes of answers.text; sha256 is that text's, so that a decision on other
-- text is void. What the computer suggests is worked out anew and not kept.
CREATE TABLE redactions (
    submission  text    NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    question    text    NOT NULL,
    of_starts   integer NOT NULL,
    of_ends     integer NOT NULL,
    starts      integer NOT NULL,
    ends        integer NOT NULL,
    kind        text    NOT NULL,
    replacement text    NOT NULL,
    state       text    NOT NULL CHECK (state IN ('accepted', 'changed', 'refused', 'added')),
    reason      text    NOT NULL,
    note        text    NOT NULL,
    sha256      text    NOT NULL,
    account     text    NOT NULL,
    day         text    NOT NULL CHECK (length(day) = 10),
    version     integer NOT NULL,
    PRIMARY KEY (submission, question, of_starts, of_ends)
) WITHOUT ROWID;

-- How far people have come with the answers of a submission, and who has it open.
CREATE TABLE redaction_sheets (
    submission  text    NOT NULL PRIMARY KEY REFERENCES submissions (id) ON DELETE CASCADE,
    version     integer NOT NULL,
    rewrites    integer NOT NULL,
    sha256      text    NOT NULL,
    checked_by  text    NOT NULL,
    checked     text    NOT NULL,
    second      boolean NOT NULL,
    approved_by text    NOT NULL,
    approved    text    NOT NULL,
    opened_by   text    NOT NULL,
    open_until  integer NOT NULL
) WITHOUT ROWID;
