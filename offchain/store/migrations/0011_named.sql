-- heavy: public names, and the signed versions of what each stands for

CREATE TABLE "PublicName" (
    "key" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "head" TEXT NOT NULL,
    "tenure" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "updatedAt" DATETIME NOT NULL
);

CREATE INDEX "PublicName_owner_idx" ON "PublicName"("owner");

CREATE TABLE "PublicNameVersion" (
    "key" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "tenure" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "sizeBytes" INTEGER NOT NULL,
    "record" BLOB NOT NULL,

    PRIMARY KEY ("key", "hash")
);
