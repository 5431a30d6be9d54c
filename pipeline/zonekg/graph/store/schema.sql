-- The truth: the pages that were read, and the extraction row of each article as JSON.

CREATE TABLE store (version INTEGER);

CREATE TABLE pages (
    source VARCHAR,  -- the name that stands in the graph, relative to the folder given
    path VARCHAR,    -- where the file lay
    digest VARCHAR,  -- SHA-256 of its bytes
    model VARCHAR,   -- digest of the model that read it
    release VARCHAR, -- of zonekg
    max_characters BIGINT
);

CREATE TABLE extractions (
    source VARCHAR,
    position INTEGER, -- of the article in the file, from 0
    article VARCHAR,
    extraction JSON
);

-- The graph that was written last: what its nodes are, whom each article calls what, and which
-- nodes were joined.

CREATE TABLE entities (entity VARCHAR, label VARCHAR, entity_type VARCHAR, kind VARCHAR);
CREATE TABLE names (
    entity VARCHAR, article VARCHAR, entity_type VARCHAR, name VARCHAR, mentions INTEGER
);
CREATE TABLE merges (
    kept VARCHAR, kept_name VARCHAR, gone VARCHAR, gone_name VARCHAR, entity_type VARCHAR,
    rule VARCHAR, reason VARCHAR
);

-- Views: the truth in plain columns. Offsets are code points of the article's text.

CREATE VIEW articles AS
SELECT
    article,
    source,
    CAST(extraction ->> '$.article.page' AS INTEGER) AS page,
    extraction ->> '$.article.date' AS date,
    extraction ->> '$.article.title' AS title,
    extraction ->> '$.article.byline' AS byline,
    extraction ->> '$.text' AS text
FROM extractions;

CREATE VIEW mentions AS
SELECT
    found.article,
    m.id AS mention,
    m.label AS entity_type,
    m.text,
    m.start_offset AS start,
    m.end_offset AS stop,
    m.confidence,
    names.entity,
    TRY_CAST(m.amount.low AS DECIMAL(38, 2)) AS low,
    TRY_CAST(m.amount.high AS DECIMAL(38, 2)) AS high,
    m.amount.currency,
    m.amount.bound,
    m.state.status
FROM (
    SELECT article, unnest(from_json(extraction -> '$.entities', '[{
        "id": "INTEGER", "label": "VARCHAR", "text": "VARCHAR", "confidence": "DOUBLE",
        "start_offset": "INTEGER", "end_offset": "INTEGER", "state": {"status": "VARCHAR"},
        "amount": {"low": "VARCHAR", "high": "VARCHAR", "currency": "VARCHAR", "bound": "VARCHAR"}
    }]')) AS m
    FROM extractions
) AS found
LEFT JOIN names
    ON names.article = found.article AND names.entity_type = m.label AND names.name = m.text;

-- sure: whether it is in the graph, or left for review
CREATE VIEW relations AS
SELECT
    found.article,
    r.type AS relation,
    head.entity AS head,
    head.text AS head_text,
    tail.entity AS tail,
    tail.text AS tail_text,
    tail.low,
    tail.high,
    tail.currency,
    tail.bound,
    r.score AS confidence,
    sure,
    array_to_string(list_transform(r.evidence, lambda e: trim(found.text[e[1] + 1:e[2]])), ' … ')
        AS evidence
FROM (
    SELECT article, text, kind.sure, unnest(from_json(extraction -> kind.path, '[{
        "type": "VARCHAR", "from_id": "INTEGER", "to_id": "INTEGER", "score": "DOUBLE",
        "evidence": [["INTEGER"]]
    }]')) AS r
    FROM extractions
    JOIN articles USING (article)
    CROSS JOIN (VALUES ('$.relations', true), ('$.unsure', false)) AS kind(path, sure)
) AS found
JOIN mentions AS head ON head.article = found.article AND head.mention = r.from_id
JOIN mentions AS tail ON tail.article = found.article AND tail.mention = r.to_id;

CREATE VIEW events AS
SELECT told.article, names.entity, told.text, e.status, e.date, e.planned
FROM (
    SELECT article, m.label, m.text, unnest(m.state.events) AS e
    FROM (
        SELECT article, unnest(from_json(extraction -> '$.entities', '[{
            "label": "VARCHAR", "text": "VARCHAR",
            "state": {"events": [{"status": "VARCHAR", "date": "VARCHAR", "planned": "BOOLEAN"}]}
        }]')) AS m
        FROM extractions
    )
) AS told
LEFT JOIN names
    ON names.article = told.article AND names.entity_type = told.label AND names.name = told.text;
