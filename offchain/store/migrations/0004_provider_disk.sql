-- provider: questions that a store of some hundred thousand fragments asks often are answered from an index

CREATE INDEX "Fragment_agreement_slot_idx" ON "Fragment" ("agreement", "slot", "sizeBytes");
CREATE INDEX "Fragment_createdAt_idx" ON "Fragment" ("createdAt");
CREATE INDEX "Fragment_bad_idx" ON "Fragment" ("agreement", "slot") WHERE "bad";

-- 32 bytes for each batch in their order; null in rows of older versions
ALTER TABLE "BundleDescription" ADD COLUMN "batchRoots" BLOB;
