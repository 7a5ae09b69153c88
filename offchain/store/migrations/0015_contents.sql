-- heavy: where public contents that somebody keeps are said to lie

CREATE TABLE "KeptContent" (
    "contentId" TEXT NOT NULL,
    "agreement" INTEGER NOT NULL,
    "endPeriod" INTEGER NOT NULL,
    "sizeBytes" INTEGER NOT NULL,
    "location" BLOB NOT NULL,

    PRIMARY KEY ("contentId", "agreement")
);

CREATE INDEX "KeptContent_agreement_idx" ON "KeptContent"("agreement");
