-- gateway: buckets, versions and uploads of the object store, and where their bytes are

CREATE TABLE "ObjectState" (
  "id"       INTEGER NOT NULL PRIMARY KEY,
  "writer"   TEXT NOT NULL,
  "sequence" BIGINT NOT NULL,
  "order"    BIGINT NOT NULL,
  "pack"     INTEGER NOT NULL
);

CREATE TABLE "ObjectBucket" (
  "name"      TEXT NOT NULL PRIMARY KEY,
  "createdMs" BIGINT NOT NULL,
  "record"    TEXT NOT NULL
);

CREATE TABLE "ObjectVersion" (
  "bucket"     TEXT NOT NULL,
  "key"        TEXT NOT NULL,
  "order"      BIGINT NOT NULL,
  "versionId"  TEXT NOT NULL,
  "isLatest"   BOOLEAN NOT NULL,
  "isMarker"   BOOLEAN NOT NULL,
  "sizeBytes"  BIGINT NOT NULL,
  "etag"       TEXT NOT NULL,
  "modifiedMs" BIGINT NOT NULL,
  "record"     TEXT NOT NULL,
  PRIMARY KEY ("bucket", "key", "order")
);
CREATE INDEX "ObjectVersion_bucket_isLatest_isMarker_key_idx" ON "ObjectVersion"("bucket", "isLatest", "isMarker", "key");

CREATE TABLE "ObjectUpload" (
  "uploadId"  TEXT NOT NULL PRIMARY KEY,
  "bucket"    TEXT NOT NULL,
  "key"       TEXT NOT NULL,
  "createdMs" BIGINT NOT NULL,
  "record"    TEXT NOT NULL
);
CREATE INDEX "ObjectUpload_bucket_key_uploadId_idx" ON "ObjectUpload"("bucket", "key", "uploadId");

CREATE TABLE "ObjectPart" (
  "uploadId"   TEXT NOT NULL,
  "number"     INTEGER NOT NULL,
  "sizeBytes"  BIGINT NOT NULL,
  "etag"       TEXT NOT NULL,
  "modifiedMs" BIGINT NOT NULL,
  "record"     TEXT NOT NULL,
  PRIMARY KEY ("uploadId", "number")
);

CREATE TABLE "ObjectBody" (
  "id"        TEXT NOT NULL PRIMARY KEY,
  "sizeBytes" BIGINT NOT NULL,
  "uses"      INTEGER NOT NULL,
  "pack"      INTEGER
);
CREATE INDEX "ObjectBody_pack_idx" ON "ObjectBody"("pack");

CREATE TABLE "ObjectChange" (
  "sequence"  BIGINT NOT NULL PRIMARY KEY,
  "createdMs" BIGINT NOT NULL,
  "record"    TEXT NOT NULL
);

CREATE TABLE "ObjectPack" (
  "number"    INTEGER NOT NULL PRIMARY KEY,
  "sizeBytes" BIGINT NOT NULL
);
