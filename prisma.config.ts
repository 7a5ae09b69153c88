import { defineConfig } from 'prisma/config';

export default defineConfig({ schema: 'offchain/store/schema.prisma' });
