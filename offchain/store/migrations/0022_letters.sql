-- heavy: letters that addresses have sent each other, or themselves

CREATE TABLE "Letter" (
    "recipient" TEXT NOT NULL,
    "sender" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "hash" TEXT NOT NULL,
    "expiry" BIGINT NOT NULL,
    "sizeBytes" INTEGER NOT NULL,
    "storedAt" BIGINT NOT NULL,
    "record" BLOB NOT NULL,

    PRIMARY KEY ("recipient", "sender", "id")
);

CREATE INDEX "Letter_expiry_idx" ON "Letter"("expiry");
