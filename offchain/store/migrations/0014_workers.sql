-- heavy: what workers promised, gave and are paid, month by month

CREATE TABLE "WorkerAccount" (
    "worker" TEXT NOT NULL,
    "month" INTEGER NOT NULL,
    "payout" TEXT NOT NULL,
    "cores" INTEGER NOT NULL,
    "percent" INTEGER NOT NULL,
    "sequence" BIGINT NOT NULL,
    "sinceSeconds" INTEGER NOT NULL,
    "promisedSeconds" DOUBLE PRECISION NOT NULL,
    "deliveredSeconds" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "missedSeconds" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "jobs" INTEGER NOT NULL DEFAULT 0,
    "wrong" INTEGER NOT NULL DEFAULT 0,
    "expired" INTEGER NOT NULL DEFAULT 0,
    "good" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "bad" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "factor" DOUBLE PRECISION NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'open',
    "owed" TEXT NOT NULL DEFAULT '0',
    "block" BIGINT,
    "txHash" TEXT,

    PRIMARY KEY ("worker", "month")
);
CREATE INDEX "WorkerAccount_state_month_idx" ON "WorkerAccount" ("state", "month");
