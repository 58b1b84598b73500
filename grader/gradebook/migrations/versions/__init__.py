"""One file a step, named in `schema.REVISIONS`. A step that was released is never changed again."""
