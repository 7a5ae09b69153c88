-- creator: the chunk index is followed apart from the catalog, since only uploads need it

ALTER TABLE "KnownAgreement" ADD COLUMN "indexed" INTEGER NOT NULL DEFAULT 0;
UPDATE "KnownAgreement" SET "indexed" = "bundles";
