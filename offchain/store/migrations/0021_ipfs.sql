-- creator: public contents that the IPFS gateway serves, and where each of their blocks lies

CREATE TABLE "IpfsContent" (
    "key" TEXT NOT NULL PRIMARY KEY,
    "origin" TEXT NOT NULL,
    "contentId" TEXT NOT NULL,
    "root" TEXT NOT NULL,
    "sizeBytes" BIGINT NOT NULL,
    "location" BLOB,
    "state" TEXT NOT NULL,
    "usedAt" DATETIME NOT NULL
);

CREATE INDEX "IpfsContent_root_idx" ON "IpfsContent"("root");

CREATE TABLE "IpfsBlock" (
    "digest" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "sizeBytes" INTEGER NOT NULL,
    "node" BLOB,
    "place" TEXT,

    PRIMARY KEY ("digest", "content")
);

CREATE INDEX "IpfsBlock_content_idx" ON "IpfsBlock"("content");
