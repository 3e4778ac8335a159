package index

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Postgres is an index in a table of PostgreSQL, searched by pgvector.
type Postgres struct {
	pool  *pgxpool.Pool
	table string // quoted
	about About
	count int
	width int
}

// IsPostgres reports whether a place is a database's and not a folder.
func IsPostgres(place string) bool {
	return strings.HasPrefix(place, "postgres://") || strings.HasPrefix(place, "postgresql://")
}

var tableNames = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)

func quoted(table string) (string, error) {
	if !tableNames.MatchString(table) {
		return "", fmt.Errorf("index: the table %.80q: expected small letters, digits and _", table)
	}
	return pgx.Identifier{table}.Sanitize(), nil
}

// maxPostgresWidth is how many numbers a vector of pgvector's has at most.
const maxPostgresWidth = 16_000

// WritePostgres makes a table of vectors and what they stand for, in one transaction: id, embedding and entry (as JSON). What
// made it is the table's comment. The extension vector is created where it is not. A table that is there is not overwritten.
func WritePostgres(ctx context.Context, url, table string, a About, vectors [][]float32, entries []Entry) (err error) {
	name, err := quoted(table)
	if err != nil {
		return err
	}
	scaled, err := checked(vectors, entries)
	if err == nil && len(scaled[0]) > maxPostgresWidth {
		err = fmt.Errorf("vectors of %d numbers: pgvector has %d at most", len(scaled[0]), maxPostgresWidth)
	}
	if err != nil {
		return fmt.Errorf("index: %w", err)
	}
	about, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("index: %w", err)
	}
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("index: %w", err)
	}
	defer c.Close(context.WithoutCancel(ctx))
	err = pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		for _, statement := range []string{
			"CREATE EXTENSION IF NOT EXISTS vector",
			fmt.Sprintf("CREATE TABLE %s (id bigint PRIMARY KEY, embedding vector(%d) NOT NULL, entry jsonb NOT NULL)", name, len(scaled[0])),
			fmt.Sprintf("COMMENT ON TABLE %s IS %s", name, literal(string(about))),
		} {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return explained(err, table)
			}
		}
		b := &pgx.Batch{}
		for i, v := range scaled {
			entry, err := json.Marshal(entries[i])
			if err != nil {
				return err
			}
			b.Queue(fmt.Sprintf("INSERT INTO %s VALUES ($1, $2::text::vector, $3::text::jsonb)", name), i, text(v), string(entry))
			if b.Len() == 500 || i == len(scaled)-1 {
				if err := tx.SendBatch(ctx, b).Close(); err != nil {
					return err
				}
				b = &pgx.Batch{}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("index: %w", err)
	}
	return nil
}

// explained says what to do about errors that have a cause which is known.
func explained(err error, table string) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return err
	}
	switch pg.Code {
	case "42P07":
		return fmt.Errorf("the table %s is there already, and is not overwritten: name another", table)
	case "58P01", "0A000":
		return fmt.Errorf("%w: install pgvector for this PostgreSQL", err)
	case "42501":
		return fmt.Errorf("%w: its owner has to run CREATE EXTENSION vector once", err)
	case "42P01":
		return fmt.Errorf("there is no table %s: multitorch index makes one", table)
	}
	return err
}

// literal is a string of SQL.
func literal(s string) string {
	return "E'" + strings.NewReplacer(`\`, `\\`, `'`, `''`).Replace(s) + "'"
}

// text is a vector as pgvector reads it: the numbers as they are, to the bit.
func text(v []float32) string {
	b := []byte{'['}
	for i, x := range v {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendFloat(b, float64(x), 'g', -1, 32)
	}
	return string(append(b, ']'))
}

// OpenPostgres connects to a table that [WritePostgres] made.
func OpenPostgres(ctx context.Context, url, table string) (*Postgres, error) {
	name, err := quoted(table)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	p := &Postgres{pool: pool, table: name}
	var comment *string
	err = pool.QueryRow(ctx, fmt.Sprintf("SELECT obj_description(%s::regclass, 'pg_class')", literal(name))).Scan(&comment)
	if err == nil && comment == nil {
		err = fmt.Errorf("the table %s does not say what made it: expected one that multitorch index wrote", table)
	}
	if err == nil {
		err = json.Unmarshal([]byte(*comment), &p.about)
	}
	if err == nil {
		err = pool.QueryRow(ctx, fmt.Sprintf("SELECT count(*), coalesce(max(vector_dims(embedding)), 0) FROM %s", name)).Scan(&p.count, &p.width)
	}
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("index: %w", explained(err, table))
	}
	return p, nil
}

// Len is the number of vectors when the index was opened.
func (p *Postgres) Len() int { return p.count }

// Width is how many numbers a vector has.
func (p *Postgres) Width() int { return p.width }

// About says what made the index.
func (p *Postgres) About() About { return p.about }

// Close ends the connections.
func (p *Postgres) Close() { p.pool.Close() }

// Search asks the database. Without an index of pgvector's on the table it compares all, as [Exact] does; with one (CREATE
// INDEX … USING hnsw (embedding vector_cosine_ops)) it is quick, and may miss some.
func (p *Postgres) Search(ctx context.Context, vector []float32, top int) ([]Hit, error) {
	if len(vector) != p.width {
		return nil, fmt.Errorf("index: a vector of %d numbers: expected %d", len(vector), p.width)
	}
	if top < 1 {
		return nil, errors.New("index: expected at least one hit to look for")
	}
	query, err := unit(vector)
	if err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	rows, err := p.pool.Query(ctx, fmt.Sprintf(
		"SELECT id, 1 - (embedding <=> $1::text::vector), entry::text FROM %s ORDER BY embedding <=> $1::text::vector, id LIMIT $2", p.table,
	), text(query), top)
	if err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	defer rows.Close()
	hits := []Hit{}
	for rows.Next() {
		var h Hit
		var entry string
		if err := rows.Scan(&h.ID, &h.Score, &entry); err != nil {
			return nil, fmt.Errorf("index: %w", err)
		}
		if err := json.Unmarshal([]byte(entry), &h.Entry); err != nil {
			return nil, fmt.Errorf("index: entry %d: %w", h.ID, err)
		}
		hits = append(hits, h)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	return hits, nil
}
