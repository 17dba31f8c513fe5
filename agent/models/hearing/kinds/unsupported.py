"""What is understood and no kind of change does, with the nearest that can be done."""

from agent.models.hearing.phrase import refused

ANY = "[{a:rest}]"
OBJECT = (
    "[materialized] (view|function|trigger|procedure|policy|rule|sequence|extension|domain|publication|subscription"
    "|aggregate|operator|cast|statistics)"
)

PHRASES = (
    refused(
        (
            "Upgrading PostgreSQL itself is not something I can carry out; I change the schema and the data of "
            "one database."
        ),
        f"(upgrade|update) [to] (postgres|postgresql|server|cluster|database) {ANY}",
        f"upgrade {ANY}",
    ),
    refused(
        "Moving between databases is not something I can carry out; nearest is to create the tables here (“create a "
        "table …”) and to load the rows with a tool made for that.",
        f"(migrate|move|convert|port|import|export|copy|switch|transfer) [everything|data|database|it|all] (from|to) "
        f"(sqlite|mysql|mariadb|oracle|mongodb|mongo|mssql|csv|sql server|another server) {ANY}",
        f"(migrate|convert|port|import) (sqlite|mysql|mariadb|oracle|mongodb|mssql|csv) {ANY}",
        f"sqlite {ANY}",
        f"mysql {ANY}",
    ),
    refused(
        "Views, functions, triggers, policies and the like are no kind of change that I know; paste the SQL, and on a "
        "development database it can be run as it is.",
        f"(create|add|drop|remove|delete|rename|alter|change|replace) {OBJECT} {ANY}",
    ),
    refused(
        "A new enumerated type is no kind of change that I know; nearest is a text column with a check: “add a check "
        "(status in ('a', 'b')) to …”, or a value added to an enum that is there.",
        f"(create|add|make) (enum|enumerated type|enumeration|type) {ANY}",
    ),
    refused(
        "Values cannot be taken out of an enumerated type in PostgreSQL; nearest is to rename the value.",
        f"<drop> (value|label|option) {{a:label}} (from|of|in) {ANY}",
    ),
    refused(
        "Schemas and databases are not something I create, rename or drop; a table is moved with “move the "
        "table … to "
        "the schema …”, which creates the schema.",
        f"(create|add|drop|remove|delete|rename) (schema|database) {ANY}",
    ),
    refused(
        (
            "Renaming an index or a constraint is no kind of change that I know; nearest is to add a new one and "
            "drop the old."
        ),
        f"rename (index|constraint|foreign key|unique constraint|check) {ANY}",
    ),
    refused(
        "Emptying a table, or deleting rows, is no kind of change that I know; nearest are “move all rows "
        "from … to …”, "
        "which archives them, and “drop the table …”.",
        f"(truncate|empty) {ANY}",
        f"<drop> [all|old|some] (rows|records|data|entries) {ANY}",
        f"<drop> all {ANY}",
    ),
    refused(
        "Inserting rows is no kind of change that I know; nearest are “set …” for rows that are there, and "
        "“copy rows "
        "from … to …”.",
        f"(insert|add) [a|some] (row|rows|record|records|data) {ANY}",
    ),
    refused(
        "Vacuuming, analyzing and reindexing keep a database well, and are not changes of its schema.",
        f"(vacuum|analyze|analyse|reindex|cluster) {ANY}",
    ),
    refused(
        "Roles and their rights are not something I change; the owner says CREATE ROLE, GRANT and REVOKE.",
        f"(create|drop|delete|rename) [database] (role|user|login) {ANY}",
    ),
    refused(
        "Rights are not something I change; the owner says GRANT and REVOKE.",
        f"(grant|revoke) {ANY}",
    ),
    refused(
        "Changing an existing foreign key is no kind of change that I know; nearest is to drop the constraint and to "
        "add the foreign key anew.",
        f"(change|alter|modify|make) [foreign key] [constraint] on delete {ANY}",
        f"(change|alter|modify) (foreign key|constraint|check|primary key|index) {ANY}",
    ),
    refused(
        "Making a column generated or an identity rewrites the table, and is no kind of change that I know.",
        f"make <col> (generated|identity|an identity|auto increment|autoincrement|auto - increment|serial) {ANY}",
    ),
)
