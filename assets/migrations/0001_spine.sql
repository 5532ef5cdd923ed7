-- The spine: people, calendars, bookings, the credit ledger, and what carries them outward.
--
-- Times are UTC ms, dates days since 1970-01-01, money minor units, credit minutes. Ids are UUIDv7 text. `rev` is the
-- change-log seq of the row's last change; `audience` the principals who may see it (handbook SYNC). Checks on the
-- booking's path spell out OR: SQLite builds a temporary table for an IN list at every insert.

CREATE TABLE tenant (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    seq BIGINT NOT NULL DEFAULT 0,
    epoch TEXT NOT NULL,
    rev BIGINT NOT NULL DEFAULT 0,
    notice_minutes BIGINT NOT NULL DEFAULT 240,
    window_days BIGINT NOT NULL DEFAULT 90,
    buffer_minutes BIGINT NOT NULL DEFAULT 0,
    step_minutes BIGINT NOT NULL DEFAULT 15,
    cancel_minutes BIGINT NOT NULL DEFAULT 1440,
    grace_minutes BIGINT NOT NULL DEFAULT 15,
    reschedule_limit BIGINT NOT NULL DEFAULT 2,
    return_days BIGINT NOT NULL DEFAULT 7,
    max_per_day BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
);

CREATE TABLE config (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- identity --------------------------------------------------------------------------------------------------------

CREATE TABLE person (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenant (id),
    rev BIGINT NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE, -- lower case
    password_hash TEXT NOT NULL,
    roles BIGINT NOT NULL,          -- bits of enum role
    status TEXT NOT NULL CHECK (status IN ('pending_verification', 'active', 'suspended')),
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    title TEXT,
    timezone TEXT NOT NULL,
    client_id TEXT,
    consultant_id TEXT,
    verified_at BIGINT,
    created_at BIGINT NOT NULL,
    last_login_at BIGINT
);
CREATE INDEX person_by_client ON person (client_id);
CREATE INDEX person_by_consultant ON person (consultant_id);

-- Failed logins of an address, whether it has an account or not, so that both are answered alike.
CREATE TABLE login_failure (
    email_hash TEXT PRIMARY KEY,      -- SHA-256 of the lower-case address, hex
    count BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    wait_until BIGINT NOT NULL
);
CREATE INDEX login_failure_by_last ON login_failure (last_at);

CREATE TABLE session (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (id),
    device TEXT,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    refresh_hash TEXT NOT NULL UNIQUE,
    refresh_expires_at BIGINT NOT NULL,
    previous_hash TEXT,               -- the refresh token before, for the 60 s of grace (RULES 21)
    rotated_at BIGINT,
    successor TEXT,                   -- what the retry of that refresh gets again, sealed with the server's key
    revoked_at BIGINT,
    revoked_why TEXT
);
CREATE INDEX session_by_person ON session (person_id);

CREATE TABLE one_time_token (
    hash TEXT PRIMARY KEY,
    kind TEXT NOT NULL, -- verify_email
    person_id TEXT NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX one_time_token_by_person ON one_time_token (person_id, kind);

-- clients and consultants -----------------------------------------------------------------------------------------

CREATE TABLE client (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenant (id),
    rev BIGINT NOT NULL,
    code TEXT NOT NULL UNIQUE,
    organization_name TEXT NOT NULL,
    type TEXT NOT NULL DEFAULT 'company' CHECK (type IN ('college', 'company', 'enterprise', 'individual')),
    status TEXT NOT NULL DEFAULT 'active',
    primary_email TEXT NOT NULL,
    contact_name TEXT NOT NULL,
    contact_title TEXT,
    industry TEXT,
    company_size TEXT,
    revenue TEXT,
    trial_granted_at BIGINT,
    created_at BIGINT NOT NULL
);

CREATE TABLE consultant (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenant (id),
    rev BIGINT NOT NULL,
    audience TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES person (id),
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    title TEXT,
    level TEXT,
    employment_type TEXT,
    bio TEXT,
    status TEXT NOT NULL DEFAULT 'available',
    timezone TEXT NOT NULL,
    specialization TEXT NOT NULL DEFAULT '[]', -- JSON arrays of text
    skills TEXT NOT NULL DEFAULT '[]',
    languages TEXT NOT NULL DEFAULT '[]',
    years_of_experience BIGINT NOT NULL DEFAULT 0,
    rating DOUBLE PRECISION NOT NULL DEFAULT 0,
    reviews BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
);
CREATE INDEX consultant_by_tenant ON consultant (tenant, id);

-- What clients must not see of a consultant.
CREATE TABLE consultant_rate (
    consultant_id TEXT PRIMARY KEY REFERENCES consultant (id),
    hourly_minor BIGINT NOT NULL,
    cost_minor BIGINT NOT NULL,
    currency TEXT NOT NULL
);

CREATE TABLE availability (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenant (id),
    rev BIGINT NOT NULL,
    audience TEXT NOT NULL,
    consultant_id TEXT NOT NULL REFERENCES consultant (id),
    kind BIGINT NOT NULL,      -- enum availability_kind
    start_date BIGINT NOT NULL,
    end_date BIGINT NOT NULL,
    days BIGINT NOT NULL,      -- bit 0 = Sunday
    slots TEXT NOT NULL,       -- JSON [[540,720],[780,1020]]
    timezone TEXT NOT NULL,
    max_per_day BIGINT NOT NULL DEFAULT 0,
    buffer BIGINT NOT NULL DEFAULT 0,
    reason TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX availability_by_consultant ON availability (consultant_id, end_date);
CREATE INDEX availability_by_tenant ON availability (tenant, id);

-- packages and the ledger -----------------------------------------------------------------------------------------

CREATE TABLE package (
    id TEXT NOT NULL,
    tenant TEXT NOT NULL REFERENCES tenant (id),
    rev BIGINT NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    category TEXT NOT NULL,
    description TEXT NOT NULL,
    features TEXT NOT NULL,    -- JSON array of text
    credits BIGINT NOT NULL,
    minutes BIGINT NOT NULL,
    expires_after_days BIGINT NOT NULL,
    price BIGINT NOT NULL,
    currency TEXT NOT NULL,
    badge TEXT,
    target_audience TEXT,
    recommended_for TEXT,
    flexible BIGINT NOT NULL DEFAULT 0,
    featured BIGINT NOT NULL DEFAULT 0,
    display_order BIGINT NOT NULL DEFAULT 0,
    status TEXT NOT NULL DEFAULT 'active',
    PRIMARY KEY (tenant, id)
);

CREATE TABLE lot (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenant (id),
    rev BIGINT NOT NULL,
    audience TEXT NOT NULL,
    client_id TEXT NOT NULL REFERENCES client (id),
    package_id TEXT NOT NULL,
    package_name TEXT NOT NULL,
    category TEXT NOT NULL,    -- the package's: the kind of session it pays for
    minutes_per_credit BIGINT NOT NULL CHECK (minutes_per_credit > 0),
    flexible BIGINT NOT NULL,
    free_trial BIGINT NOT NULL,
    total BIGINT NOT NULL CHECK (total >= 0),
    purchased_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    grace_until BIGINT NOT NULL DEFAULT 0,
    price BIGINT NOT NULL,
    currency TEXT NOT NULL,
    -- the stored balance: a cache of the postings, proved by `serenityd check`; no lot goes below zero
    free BIGINT NOT NULL CHECK (free >= 0),
    reserved BIGINT NOT NULL CHECK (reserved >= 0),
    consumed BIGINT NOT NULL CHECK (consumed >= 0),
    expired BIGINT NOT NULL CHECK (expired >= 0),
    CHECK (free + reserved + consumed + expired = total)
);
CREATE INDEX lot_by_client ON lot (client_id, expires_at);

CREATE TABLE ledger_tx (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenant (id),
    rev BIGINT NOT NULL,
    audience TEXT NOT NULL,
    client_id TEXT NOT NULL REFERENCES client (id),
    kind TEXT NOT NULL,        -- ledger_kind_words
    at BIGINT NOT NULL,
    actor TEXT,
    lot_id TEXT NOT NULL REFERENCES lot (id),
    minutes BIGINT NOT NULL,   -- signed change of what is free, as the statement shows it
    consultation_id TEXT,
    consultation_code TEXT,
    reason TEXT
);
CREATE INDEX ledger_tx_by_client ON ledger_tx (client_id, id);

CREATE TABLE ledger_posting (
    tx_id TEXT NOT NULL REFERENCES ledger_tx (id),
    lot_id TEXT NOT NULL REFERENCES lot (id),
    account BIGINT NOT NULL,   -- enum ledger_account
    minutes BIGINT NOT NULL,
    PRIMARY KEY (tx_id, lot_id, account)
);
CREATE INDEX ledger_posting_by_lot ON ledger_posting (lot_id, account, minutes);

-- The slices a booking took, unwound exactly (RULES 4).
CREATE TABLE booking_slice (
    consultation_id TEXT NOT NULL,
    round BIGINT NOT NULL,     -- 0 at booking; a late move uses its credit up and takes a new one
    lot_id TEXT NOT NULL REFERENCES lot (id),
    minutes BIGINT NOT NULL CHECK (minutes > 0),
    state TEXT NOT NULL CHECK (state = 'reserved' OR state = 'released' OR state = 'consumed'),
    PRIMARY KEY (consultation_id, round, lot_id)
);

-- consultations ---------------------------------------------------------------------------------------------------

CREATE TABLE consultation (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenant (id),
    rev BIGINT NOT NULL,
    audience TEXT NOT NULL,
    code TEXT NOT NULL,
    client_id TEXT NOT NULL REFERENCES client (id),
    client_name TEXT NOT NULL,
    contact_name TEXT NOT NULL,
    contact_title TEXT,
    consultant_id TEXT NOT NULL REFERENCES consultant (id),
    consultant_name TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    blocks BIGINT NOT NULL,    -- 1 while its time is taken (RULES 10)
    buffer BIGINT NOT NULL DEFAULT 0,
    timezone TEXT NOT NULL,
    status BIGINT NOT NULL,    -- enum booking_status
    type TEXT NOT NULL,
    package_id TEXT,
    package_name TEXT,
    minutes BIGINT NOT NULL,   -- of credit
    minutes_per_credit BIGINT NOT NULL,
    free_trial BIGINT NOT NULL DEFAULT 0,
    rate_type TEXT NOT NULL,
    estimated_cost BIGINT NOT NULL DEFAULT 0,
    currency TEXT NOT NULL,
    purpose TEXT,
    client_notes TEXT,
    client_notes_rev BIGINT NOT NULL DEFAULT 0,
    objectives TEXT NOT NULL DEFAULT '[]',
    actual_start BIGINT,
    actual_end BIGINT,
    booked_at BIGINT NOT NULL,
    booked_by TEXT,
    confirmed_at BIGINT,
    cancelled_at BIGINT,
    cancel_reason TEXT,
    assignment_reason TEXT,
    reschedules BIGINT NOT NULL DEFAULT 0,
    sequence BIGINT NOT NULL DEFAULT 0,
    credit_consumed BIGINT NOT NULL DEFAULT 0,
    overrun_minutes BIGINT NOT NULL DEFAULT 0,
    UNIQUE (tenant, code),
    CHECK (ends_at > starts_at)
);
-- with what a search for overlaps asks, so that it reads no rows
CREATE INDEX consultation_by_consultant ON consultation (consultant_id, starts_at, ends_at, blocks);
CREATE INDEX consultation_by_client ON consultation (client_id, starts_at, ends_at, blocks);
CREATE INDEX consultation_by_tenant ON consultation (tenant, id);

CREATE TABLE consultation_code (
    tenant TEXT NOT NULL,
    day BIGINT NOT NULL,
    last BIGINT NOT NULL,
    PRIMARY KEY (tenant, day)
);

CREATE TABLE consultation_history (
    consultation_id TEXT NOT NULL REFERENCES consultation (id),
    ord BIGINT NOT NULL,
    status BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT,
    reason TEXT,
    PRIMARY KEY (consultation_id, ord)
);

CREATE TABLE outcome (
    id TEXT PRIMARY KEY REFERENCES consultation (id),
    tenant TEXT NOT NULL,
    rev BIGINT NOT NULL,
    audience TEXT NOT NULL,
    summary TEXT,
    next_steps TEXT,
    key_points TEXT NOT NULL DEFAULT '[]',
    recommendations TEXT NOT NULL DEFAULT '[]',
    decisions_made TEXT NOT NULL DEFAULT '[]'
);

CREATE TABLE note (
    id TEXT PRIMARY KEY,       -- <consultation>:<kind word>
    tenant TEXT NOT NULL,
    rev BIGINT NOT NULL,
    audience TEXT NOT NULL,
    consultation_id TEXT NOT NULL REFERENCES consultation (id),
    kind BIGINT NOT NULL,      -- enum note_kind
    text TEXT NOT NULL,
    key_points TEXT NOT NULL DEFAULT '[]',    -- live notes (specification 5.2)
    opportunities TEXT NOT NULL DEFAULT '[]',
    author_id TEXT,
    author_name TEXT,
    updated_at BIGINT NOT NULL
);
CREATE INDEX note_by_consultation ON note (consultation_id);

CREATE TABLE material (
    id TEXT PRIMARY KEY,
    consultation_id TEXT NOT NULL REFERENCES consultation (id),
    type TEXT,
    name TEXT NOT NULL,
    url TEXT
);
CREATE INDEX material_by_consultation ON material (consultation_id);

CREATE TABLE action_item (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    rev BIGINT NOT NULL,
    audience TEXT NOT NULL,
    consultation_id TEXT NOT NULL REFERENCES consultation (id),
    description TEXT NOT NULL,
    assigned_to BIGINT NOT NULL,
    priority BIGINT NOT NULL,
    due_date BIGINT,
    done BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
);
CREATE INDEX action_item_by_consultation ON action_item (consultation_id);

CREATE TABLE deliverable (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    rev BIGINT NOT NULL,
    audience TEXT NOT NULL,
    consultation_id TEXT NOT NULL REFERENCES consultation (id),
    type TEXT,
    name TEXT NOT NULL,
    description TEXT,
    status TEXT,
    due_date BIGINT,
    file_name TEXT,
    file_url TEXT,
    file_size TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX deliverable_by_consultation ON deliverable (consultation_id);

CREATE TABLE attendee (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    rev BIGINT NOT NULL,
    audience TEXT NOT NULL,
    consultation_id TEXT NOT NULL REFERENCES consultation (id),
    name TEXT NOT NULL,
    role TEXT,
    email TEXT
);
CREATE INDEX attendee_by_consultation ON attendee (consultation_id);

-- outward ---------------------------------------------------------------------------------------------------------

CREATE TABLE notification (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    rev BIGINT NOT NULL,
    audience TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT,
    consultation_id TEXT,
    at BIGINT NOT NULL,
    read_at BIGINT
);
CREATE INDEX notification_by_person ON notification (person_id, id);

CREATE TABLE job (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    payload TEXT NOT NULL,
    run_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state = 'waiting' OR state = 'running' OR state = 'done' OR state = 'skipped'
        OR state = 'dead'),
    attempts BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT NOT NULL DEFAULT 0,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX job_due ON job (run_at) WHERE state IN ('waiting', 'running');

CREATE TABLE change (
    tenant TEXT NOT NULL,
    seq BIGINT NOT NULL,
    tbl BIGINT NOT NULL,       -- enum row_table
    id TEXT NOT NULL,
    kind BIGINT NOT NULL,      -- enum change_kind
    was TEXT NOT NULL,         -- principals
    now TEXT NOT NULL,
    actor TEXT,
    op TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant, seq, tbl, id)
);

CREATE TABLE audit (
    n BIGINT PRIMARY KEY,      -- 1, 2, 3 ... without gaps
    at BIGINT NOT NULL,
    tenant TEXT NOT NULL,
    actor TEXT,                -- person, or NULL for the platform
    op TEXT NOT NULL,
    target TEXT,
    request_id TEXT,
    address TEXT,
    args TEXT,                 -- the arguments, secrets left out
    hash TEXT NOT NULL         -- SHA-256 over the hash before and this row, hex
);

CREATE TABLE request_result (
    scope TEXT NOT NULL,       -- person id, or "device:<device>"
    key TEXT NOT NULL,         -- Idempotency-Key, or the operation's number
    payload_hash TEXT NOT NULL,
    op TEXT NOT NULL,
    status BIGINT NOT NULL,
    reply TEXT NOT NULL,       -- the members of data, or the error object
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX request_result_by_at ON request_result (at);
