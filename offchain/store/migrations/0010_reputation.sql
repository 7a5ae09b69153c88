-- heavy: what was seen of providers, unknown outcomes that are asked again, and bytes that prove a loss

CREATE TABLE "Standing" (
    "provider" INTEGER NOT NULL PRIMARY KEY,
    "tier" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "firstEpoch" INTEGER NOT NULL,
    "auditsGood" DOUBLE PRECISION NOT NULL,
    "auditsBad" DOUBLE PRECISION NOT NULL,
    "readsGood" DOUBLE PRECISION NOT NULL,
    "readsBad" DOUBLE PRECISION NOT NULL,
    "uptimeGood" DOUBLE PRECISION NOT NULL,
    "uptimeBad" DOUBLE PRECISION NOT NULL,
    "repairGood" DOUBLE PRECISION NOT NULL,
    "repairBad" DOUBLE PRECISION NOT NULL,
    "successes" DOUBLE PRECISION NOT NULL,
    "bytesPerSecond" DOUBLE PRECISION,
    "speedSamples" INTEGER NOT NULL,
    "warnedEpoch" INTEGER
);

CREATE TABLE "ContainedAudit" (
    "agreement" INTEGER NOT NULL,
    "slot" INTEGER NOT NULL,
    "bundle" INTEGER NOT NULL,
    "batch" INTEGER NOT NULL,
    "leaf" INTEGER NOT NULL,
    "provider" INTEGER NOT NULL,
    "attempts" INTEGER NOT NULL,
    "sinceEpoch" INTEGER NOT NULL,
    "nextEpoch" INTEGER NOT NULL,
    "reason" TEXT NOT NULL,

    PRIMARY KEY ("agreement", "slot", "bundle", "batch", "leaf", "provider")
);
CREATE INDEX "ContainedAudit_provider_idx" ON "ContainedAudit" ("provider");

CREATE TABLE "AuditEvidence" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "provider" INTEGER NOT NULL,
    "agreement" INTEGER NOT NULL,
    "slot" INTEGER NOT NULL,
    "bundle" INTEGER NOT NULL,
    "batch" INTEGER NOT NULL,
    "leaf" INTEGER NOT NULL,
    "leaves" INTEGER NOT NULL,
    "epoch" INTEGER NOT NULL,
    "url" TEXT NOT NULL,
    "root" TEXT NOT NULL,
    "bytes" BLOB NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX "AuditEvidence_provider_idx" ON "AuditEvidence" ("provider");
