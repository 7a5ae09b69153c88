-- creator: what a client's home folder belongs to, and how far it has followed the chain

CREATE TABLE "HomeIdentity" (
  "creator"  TEXT NOT NULL PRIMARY KEY,
  "keyCheck" TEXT
);

CREATE TABLE "KnownCatalog" (
  "creator"   TEXT NOT NULL PRIMARY KEY,
  "sequence"  INTEGER NOT NULL,
  "agreement" INTEGER NOT NULL,
  "bundle"    INTEGER NOT NULL,
  "bytes"     BLOB NOT NULL,
  "published" BOOLEAN NOT NULL DEFAULT false
);

CREATE TABLE "KnownAgreement" (
  "agreement" INTEGER NOT NULL PRIMARY KEY,
  "bundles"   INTEGER NOT NULL DEFAULT 0,
  "sealed"    BOOLEAN NOT NULL DEFAULT false
);
