-- provider

CREATE TABLE "Offer" (
  "creator"   TEXT NOT NULL,
  "nonce"     INTEGER NOT NULL,
  "price"     TEXT NOT NULL,
  "sizeBytes" BIGINT NOT NULL,
  "expiry"    INTEGER NOT NULL,
  PRIMARY KEY ("creator", "nonce")
);

CREATE TABLE "HeldSlot" (
  "agreement" INTEGER NOT NULL,
  "slot"      INTEGER NOT NULL,
  "creator"   TEXT NOT NULL,
  "k"         INTEGER NOT NULL,
  "m"         INTEGER NOT NULL,
  "batchLog2" INTEGER NOT NULL,
  "quota"     INTEGER NOT NULL,
  "heavy"     INTEGER NOT NULL,
  "parent"    INTEGER NOT NULL,
  "endPeriod" INTEGER NOT NULL,
  "sizeBytes" BIGINT NOT NULL,
  "state"     TEXT NOT NULL,
  "since"     DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY ("agreement", "slot")
);

CREATE TABLE "Fragment" (
  "agreement" INTEGER NOT NULL,
  "batchId"   TEXT NOT NULL,
  "slot"      INTEGER NOT NULL,
  "root"      TEXT NOT NULL,
  "sizeBytes" BIGINT NOT NULL,
  "bad"       BOOLEAN NOT NULL DEFAULT false,
  "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY ("agreement", "batchId", "slot")
);

CREATE TABLE "BundleDescription" (
  "agreement" INTEGER NOT NULL,
  "root"      TEXT NOT NULL,
  "bundle"    INTEGER NOT NULL,
  "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY ("agreement", "root")
);

CREATE TABLE "BundleBatch" (
  "agreement"     INTEGER NOT NULL,
  "root"          TEXT NOT NULL,
  "position"      INTEGER NOT NULL,
  "batchId"       TEXT NOT NULL,
  "fragmentRoots" BLOB NOT NULL,
  "batchRoot"     BLOB NOT NULL,
  PRIMARY KEY ("agreement", "root", "position"),
  FOREIGN KEY ("agreement", "root") REFERENCES "BundleDescription" ("agreement", "root") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "BundleBatch_agreement_batchId_idx" ON "BundleBatch" ("agreement", "batchId");

CREATE TABLE "CommittedBundle" (
  "agreement" INTEGER NOT NULL,
  "bundle"    INTEGER NOT NULL,
  "root"      TEXT NOT NULL,
  "first"     INTEGER NOT NULL,
  "batches"   INTEGER NOT NULL,
  PRIMARY KEY ("agreement", "bundle")
);

CREATE TABLE "Rail" (
  "heavy"  INTEGER NOT NULL,
  "parent" INTEGER NOT NULL,
  PRIMARY KEY ("heavy", "parent")
);

CREATE TABLE "ProofOutcome" (
  "epoch"  INTEGER NOT NULL PRIMARY KEY,
  "ok"     BOOLEAN NOT NULL,
  "txHash" TEXT,
  "error"  TEXT
);

CREATE TABLE "Fact" (
  "key"   TEXT NOT NULL PRIMARY KEY,
  "value" TEXT NOT NULL
);

-- heavy

CREATE TABLE "Seal" (
  "agreement" INTEGER NOT NULL PRIMARY KEY,
  "sealKey"   TEXT NOT NULL,
  "creator"   TEXT NOT NULL
);

CREATE TABLE "NameRecord" (
  "creator"   TEXT NOT NULL PRIMARY KEY,
  "version"   BIGINT NOT NULL,
  "value"     BLOB NOT NULL,
  "keyCheck"  TEXT NOT NULL,
  "signature" TEXT NOT NULL,
  "updatedAt" DATETIME NOT NULL
);

CREATE TABLE "RepairJob" (
  "agreement" INTEGER NOT NULL,
  "slot"      INTEGER NOT NULL,
  "state"     TEXT NOT NULL,
  "from"      INTEGER NOT NULL,
  "successor" INTEGER,
  "attempts"  INTEGER NOT NULL DEFAULT 0,
  "error"     TEXT,
  "txHash"    TEXT,
  "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt" DATETIME NOT NULL,
  PRIMARY KEY ("agreement", "slot", "from")
);

-- creator

CREATE TABLE "Chunk" (
  "chunkId"    TEXT NOT NULL,
  "agreement"  INTEGER NOT NULL,
  "size"       INTEGER NOT NULL,
  "method"     INTEGER NOT NULL,
  "bundle"     INTEGER NOT NULL,
  "batch"      INTEGER NOT NULL,
  "offset"     INTEGER NOT NULL,
  "storedSize" INTEGER NOT NULL,
  PRIMARY KEY ("agreement", "chunkId")
);

CREATE TABLE "Upload" (
  "id"           TEXT NOT NULL PRIMARY KEY,
  "agreement"    INTEGER NOT NULL,
  "name"         TEXT NOT NULL,
  "sourceDigest" TEXT NOT NULL,
  "state"        TEXT NOT NULL,
  "bundle"       INTEGER,
  "root"         TEXT,
  "txHash"       TEXT,
  "details"      TEXT NOT NULL DEFAULT '{}',
  "createdAt"    DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt"    DATETIME NOT NULL
);
CREATE INDEX "Upload_agreement_name_idx" ON "Upload" ("agreement", "name");

CREATE TABLE "UploadedFragment" (
  "uploadId" TEXT NOT NULL,
  "batch"    INTEGER NOT NULL,
  "slot"     INTEGER NOT NULL,
  "batchId"  TEXT NOT NULL,
  "root"     TEXT NOT NULL,
  "provider" INTEGER NOT NULL,
  PRIMARY KEY ("uploadId", "batch", "slot"),
  FOREIGN KEY ("uploadId") REFERENCES "Upload" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
