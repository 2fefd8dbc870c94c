import type { Section } from './runbook-lines.ts';

/** The runbook to its T-5, line by line. */
export const LINES_BEFORE: readonly Section[] = [
  {
    title: 'Header and safety rules',
    lines: [
      { from: 4, to: 4, requires: 'R12', text: ['> **Version**: 1.0 | **Last Updated**: 2026-02-26 | **Owner**: Database Team'] },
      {
        from: 8,
        to: 8,
        requires: 'R11',
        text: [
          'This runbook provides step-by-step procedures for safely executing database migrations in production. It ensures zero-downtime deployments with proper validation, rollback capabilities, and comprehensive monitoring.',
        ],
      },
      {
        from: 12,
        to: 12,
        requires: 'R1 R2 R3 R4 R5',
        text: ['1. **NEVER run migrations during peak hours** (9 AM - 6 PM in primary timezone)'],
      },
      { from: 13, to: 13, requires: 'R6', text: ['2. **ALWAYS create a backup before any migration**'] },
      { from: 14, to: 14, requires: 'R7', text: ['3. **VALIDATE in staging first** for any non-trivial migration'] },
      { from: 15, to: 15, requires: 'R8 R9', text: ['4. **MONITOR throughout the process** - never walk away'] },
      { from: 16, to: 16, requires: 'R10', text: ['5. **HAVE rollback plan ready** before starting'] },
    ],
  },
  {
    title: 'Pre-migration checklist',
    lines: [
      { from: 20, to: 20, requires: 'R35 R36', text: ['## 📋 Pre-Migration Checklist'] },
      {
        from: 24,
        to: 25,
        requires: 'R13',
        text: ['- [ ] **Staging Validation Complete**', '- Migration tested on staging with production-like data'],
      },
      { from: 26, to: 26, requires: 'R14', text: ['- All smoke tests pass'] },
      { from: 27, to: 27, requires: 'R15', text: ['- Performance impact measured (< 5% degradation)'] },
      { from: 29, to: 30, requires: 'R16', text: ['- [ ] **Team Notification Sent**', '- Posted in #deployments Slack channel'] },
      { from: 31, to: 31, requires: 'R17', text: ['- Key stakeholders aware of maintenance window'] },
      { from: 32, to: 32, requires: 'R18', text: ['- On-call engineer notified and available'] },
      { from: 34, to: 35, requires: 'R19', text: ['- [ ] **Backup Strategy Confirmed**', '- Automated backup scheduled'] },
      { from: 36, to: 36, requires: 'R20', text: ['- Manual backup verified'] },
      { from: 37, to: 37, requires: 'R21', text: ['- Restore procedure tested (quarterly)'] },
      { from: 39, to: 40, requires: 'R22', text: ['- [ ] **Rollback Plan Ready**', '- Rollback SQL reviewed and tested'] },
      { from: 41, to: 41, requires: 'R23', text: ['- Rollback script validated'] },
      { from: 42, to: 42, requires: 'R24', text: ['- Rollback time estimate documented'] },
      { from: 46, to: 50, requires: 'R25', text: ['- [ ] **Database Health**', '# Check connection count', 'pnpm db:health-checks'] },
      { from: 52, to: 53, requires: 'R26', text: ['# Verify no long-running queries', 'pnpm db:check-long-queries'] },
      { from: 55, to: 56, requires: 'R27', text: ['# Check replication lag (if applicable)', 'pnpm db:replication-lag'] },
      {
        from: 59,
        to: 63,
        requires: 'R28',
        text: ['- [ ] **Application Health**', '# Check error rates', '# Sentry dashboard: error rate < 0.1%'],
      },
      { from: 65, to: 66, requires: 'R29', text: ['# Check response times', '# Vercel Speed Insights: p95 < 500ms'] },
      { from: 68, to: 69, requires: 'R30', text: ['# Check active users', '# Analytics: < 100 active users'] },
      {
        from: 72,
        to: 76,
        requires: 'R31 R32',
        text: ['- [ ] **Infrastructure Health**', '# Check CPU/memory usage', '# Supabase dashboard: CPU < 70%, Memory < 80%'],
      },
      { from: 78, to: 79, requires: 'R33', text: ['# Check disk space', '# > 20% free space required'] },
      { from: 81, to: 82, requires: 'R34', text: ['# Check network latency', '# < 50ms to database'] },
    ],
  },
  {
    title: 'Phase 1: preparation (T-15)',
    lines: [
      { from: 89, to: 89, requires: 'R37', text: ['### Phase 1: Preparation (T-15 minutes)'] },
      {
        from: 91,
        to: 95,
        requires: 'R38',
        text: ['1. **Final Health Check**', '# Run comprehensive health check', './scripts/migrate-production.sh status'],
      },
      { from: 97, to: 97, requires: 'R39', text: ['# Verify all systems green'] },
      {
        from: 100,
        to: 104,
        requires: 'R40 R41 R42',
        text: ['2. **Create Backup**', '# Manual backup (additional to automated)', './scripts/migrate-production.sh backup'],
      },
      { from: 106, to: 107, requires: 'R43', text: ['# Verify backup created', 'ls -la backups/'] },
      {
        from: 110,
        to: 114,
        requires: 'R44',
        text: ['3. **Prepare Rollback**', '# Test rollback script syntax', './scripts/migrate-production.sh rollback --dry-run'],
      },
      { from: 116, to: 117, requires: 'R45', text: ['# Verify rollback SQL exists', 'cat database/migrations/rollback-plans.md'] },
    ],
  },
  {
    title: 'Phase 2: execution (T-5)',
    lines: [
      { from: 120, to: 120, requires: 'R46', text: ['### Phase 2: Execution (T-5 minutes)'] },
      {
        from: 122,
        to: 126,
        requires: 'R47',
        text: ['1. **Start Migration**', '# Dry run first', './scripts/migrate-production.sh migrate --dry-run'],
      },
      { from: 128, to: 129, requires: 'R48', text: ['# Execute migration', './scripts/migrate-production.sh migrate'] },
      { from: 131, to: 132, requires: 'R49', text: ['# Monitor progress', 'tail -f logs/migrations.log'] },
      {
        from: 135,
        to: 136,
        requires: 'R50',
        text: ['2. **Real-time Monitoring**', '- **Database Connections**: Watch for connection spikes'],
      },
      { from: 137, to: 137, requires: 'R51', text: ['- **Error Rates**: Monitor Sentry for any errors'] },
      { from: 138, to: 138, requires: 'R52', text: ['- **Response Times**: Check Vercel analytics'] },
      { from: 139, to: 139, requires: 'R53', text: ['- **Lock Monitoring**: Watch for blocking locks'] },
      {
        from: 141,
        to: 145,
        requires: 'R54',
        text: ['3. **Validation Checks**', '# Post-migration validation', 'psql $DATABASE_URL -f database/migrations/validation.sql'],
      },
      { from: 147, to: 148, requires: 'R55', text: ['# Application smoke tests', './scripts/smoke-test.sh'] },
      { from: 150, to: 151, requires: 'R56', text: ['# Manual verification', 'curl -f https://your-app.com/api/health'] },
    ],
  },
];
