import { defineConfig } from 'vitest/config'

const workspaces = '{schema,policy,client,migrate,cli,bench,scripts,examples}'

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    // Generous, since a slow machine is no fault: a test that hangs is still ended.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    teardownTimeout: 20_000,
    projects: [
      { extends: true, test: { name: 'unit', include: [`${workspaces}/**/*.test.ts`] } },
      {
        extends: true,
        test: {
          name: 'server',
          include: ['server/**/*.test.ts'],
          globalSetup: 'server/test/global-setup.ts',
        },
      },
      { extends: true, test: { name: 'e2e', include: ['e2e/**/*.{test,journey}.ts'] } },
    ],
  },
})
