import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { settingRows } from '../../src/app/settings/settings-page.ts';
import { rootDir } from '../support/process.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- manifests of every kind
type Manifest = any;

const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
const reason = hasKubectl ? '' : ' (skipped: kubectl is not installed)';
const folder = join(rootDir, 'deploy/kubernetes');
const textOf = (name: string) => readFileSync(join(folder, name), 'utf8');
const kustomization = parse(textOf('kustomization.yaml'));
const manifests: Manifest[] = kustomization.resources.flatMap((name: string) =>
  parseAllDocuments(textOf(name)).map((document) => document.toJS()),
);
const ofKind = (...kinds: string[]) => manifests.filter(({ kind }) => kinds.includes(kind));
const named = (kind: string, name: string) =>
  ofKind(kind).find(({ metadata }) => metadata.name === name);
const workloads = ofKind('Deployment', 'Job');

describe('the manifests for Kubernetes', () => {
  it('run our image, as an ordinary user without rights', () => {
    const [{ name: image }] = kustomization.images;

    expect(new Set(workloads.map(({ metadata }) => metadata.name))).toEqual(
      new Set(['rookery-migrate', 'rookery-web', 'rookery-worker']),
    );
    for (const { spec } of workloads) {
      const pod = spec.template.spec;
      const [container] = pod.containers;
      expect(container.image).toBe(image);
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
      expect(container.securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      const volumes = pod.volumes.map(({ name }: Manifest) => name);
      expect(container.volumeMounts.map(({ name }: Manifest) => name)).toEqual(volumes);
      expect(container.volumeMounts.map((it: Manifest) => it.mountPath)).toEqual(['/data', '/tmp']);
    }
  });

  it('find each other by labels, names and ports', () => {
    const web = named('Deployment', 'rookery-web');
    const { labels } = web.spec.template.metadata;
    const [container] = web.spec.template.spec.containers;
    const [service] = ofKind('Service');
    const [budget] = ofKind('PodDisruptionBudget');
    const [scaler] = ofKind('HorizontalPodAutoscaler');
    const [ingress] = ofKind('Ingress');
    const backend = ingress.spec.rules[0].http.paths[0].backend.service;

    for (const { spec } of ofKind('Deployment')) {
      expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
    }
    expect(labels).toMatchObject(service.spec.selector);
    expect(labels).toMatchObject(budget.spec.selector.matchLabels);
    expect(service.spec.ports[0].targetPort).toBe(container.ports[0].name);
    expect(container.ports[0].containerPort).toBe(3000);
    expect(named(scaler.spec.scaleTargetRef.kind, scaler.spec.scaleTargetRef.name)).toBe(web);
    expect(backend).toEqual({
      name: service.metadata.name,
      port: { name: service.spec.ports[0].name },
    });
  });

  it('probe what the server answers', () => {
    const [container] = named('Deployment', 'rookery-web').spec.template.spec.containers;

    expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'http' });
    expect(container.livenessProbe.httpGet).toEqual({ path: '/livez', port: 'http' });
  });

  it.runIf(hasKubectl)(`are put together by kubectl, with the image of the host${reason}`, () => {
    const { status, stdout } = spawnSync('kubectl', ['kustomize', folder], { encoding: 'utf8' });
    const [{ newName, newTag }] = kustomization.images;
    const made: Manifest[] = parseAllDocuments(stdout).map((document) => document.toJS());
    const pods = made.flatMap(({ spec }) => spec?.template?.spec.containers ?? []);

    expect(status).toBe(0);
    expect(made.length).toBe(manifests.length);
    expect(pods.map(({ image }) => image)).toEqual(workloads.map(() => `${newName}:${newTag}`));
  });

  it('set what is a setting', () => {
    const known = settingRows().map(({ name }) => name);
    const [config] = ofKind('ConfigMap');

    expect(Object.keys(config.data).filter((name) => !known.includes(name))).toEqual([]);
  });
});
