ALTER TABLE todos ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX todos_by_position ON todos (position);
