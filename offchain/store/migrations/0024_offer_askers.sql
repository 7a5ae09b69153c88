-- Who asked for an offer, what it would cost, and whether its creator showed the tokens.
ALTER TABLE "Offer" ADD COLUMN "asker" TEXT NOT NULL DEFAULT '';
ALTER TABLE "Offer" ADD COLUMN "cost" TEXT NOT NULL DEFAULT '0';
ALTER TABLE "Offer" ADD COLUMN "isFunded" BOOLEAN NOT NULL DEFAULT false;
