-- Old idempotency keys are removed by their age.
CREATE INDEX act_idempotency_at ON act_idempotency (at);
