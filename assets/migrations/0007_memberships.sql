-- Who belongs to which client organisation: a person may belong to several. person.client_id is the one they act for
-- unless they say otherwise.
CREATE TABLE membership (
    client_id TEXT NOT NULL REFERENCES client (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    tenant TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('primary', 'member')),
    since BIGINT NOT NULL,
    PRIMARY KEY (person_id, client_id)
);
CREATE INDEX membership_by_client ON membership (client_id, since);
INSERT INTO membership (client_id, person_id, tenant, role, since)
    SELECT person.client_id, person.id, person.tenant,
        CASE WHEN person.email = client.primary_email THEN 'primary' ELSE 'member' END, person.created_at
    FROM person JOIN client ON client.id = person.client_id;
