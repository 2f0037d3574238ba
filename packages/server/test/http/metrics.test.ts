import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

import { createMetrics, watchedGauges } from '../../src/http/metrics.ts';

describe('metrics', () => {
  it('give what was counted and measured, under names that do not change', async () => {
    const metrics = createMetrics();
    metrics.accepted('default', 3);
    metrics.ignored('default', 'duplicate', 1);
    metrics.refused('message/too-large', 2);
    metrics.bytes(500);
    metrics.quarantineFailed(1);
    metrics.recordTaken({ entries: 40, commitMs: 2.5, applyMs: 0.4 });
    metrics.dueTaken(3);
    metrics.changes('entered', 5);
    metrics.delivery('retried', 80);
    metrics.checkpointed(1_200);
    metrics.request('POST', '/v1/track', 200, 4);
    metrics.connectionDropped();
    const text = await metrics.render();
    for (const line of [
      'segue_messages_accepted_total{source="default"} 3',
      'segue_messages_ignored_total{source="default",reason="duplicate"} 1',
      'segue_refused_total{code="message/too-large"} 2',
      'segue_body_bytes_total 500',
      'segue_quarantine_failed_total 1',
      'segue_commit_seconds_bucket{le="0.003"} 1',
      'segue_commit_entries_bucket{le="50"} 1',
      'segue_apply_seconds_count 1',
      'segue_due_lateness_seconds_bucket{le="0.0035"} 1',
      'segue_changes_total{kind="entered"} 5',
      'segue_webhook_deliveries_total{outcome="retried"} 1',
      'segue_webhook_delivery_seconds_sum 0.08',
      'segue_checkpoint_seconds_sum 1.2',
      'segue_http_requests_total{method="POST",route="/v1/track",status="200"} 1',
      'segue_http_request_seconds_bucket{le="0.005",route="/v1/track"} 1',
      'segue_http_connections_dropped_total 1',
    ]) {
      expect(text).toContain(`\n${line}\n`);
    }
    expect(text).toMatch(/\nsegue_event_loop_delay_seconds [\d.e-]+\n/);
  });

  it('read what others keep when somebody asks, and only then', async () => {
    const metrics = createMetrics();
    let reads = 0;
    metrics.watch('profiles', () => {
      reads++;
      return 1;
    });
    metrics.watch('profiles', () => 12);
    expect(await metrics.render()).toContain('\nsegue_profiles 12\n');
    expect(reads).toBe(0);
  });

  it('outlive a figure that cannot be had', async () => {
    const metrics = createMetrics();
    metrics.watch('disk_free_bytes', () => {
      throw new Error('no such disk');
    });
    metrics.watch('profiles', () => 12);
    const text = await metrics.render();
    expect(text).toContain('\nsegue_disk_free_bytes Nan\n');
    expect(text).toContain('\nsegue_profiles 12\n');
  });

  it('escape what stands in a label', async () => {
    const metrics = createMetrics();
    metrics.accepted('a"b\n}', 1);
    expect(await metrics.render()).toContain('{source="a\\"b\\n}"} 1');
  });

  it('of several services in one process do not mix', async () => {
    const [one, two] = [createMetrics(), createMetrics()];
    one.bytes(1);
    expect(await two.render()).toContain('\nsegue_body_bytes_total 0\n');
  });

  it('are all explained in docs/operation.md, and none that is not there', async () => {
    const page = readFileSync(resolve(import.meta.dirname, '../../../../docs/operation.md'), 'utf8');
    const rows = page.split('\n').filter((line) => /^\| `(?:segue|process)_/.test(line));
    const explained = rows.flatMap((row) => {
      const [, names = ''] = row.split('|');
      return [...names.matchAll(/`(\w+)[^`]*`/g)].map(([, name]) => name);
    });
    const text = await createMetrics().render();
    const counted = [...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name);
    const watched = Object.keys(watchedGauges).map((name) => `segue_${name}`);
    expect(explained.sort()).toEqual([...counted, ...watched].sort());
  });
});
