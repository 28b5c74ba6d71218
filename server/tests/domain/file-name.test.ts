import { describe, expect, it } from 'vitest';
import { contentDisposition } from '../../src/contracts/v2/content-disposition.ts';
import { downloadNameOf, keptFileName } from '../../src/domain/media/file-name.ts';

describe('the name of an uploaded file', () => {
  it.each([
    ['IMG_0001.HEIC', 'IMG_0001.jpg', 'filename="IMG_0001.jpg"'],
    ['two words.png', 'two words.jpg', 'filename="two words.jpg"'],
    ['../../etc/passwd', 'passwd.jpg', 'filename="passwd.jpg"'],
    ['C:\\Users\\bob\\photo.jpg', 'photo.jpg', 'filename="photo.jpg"'],
    ['photo.html', 'photo.jpg', 'filename="photo.jpg"'],
    ['archive.tar.gz', 'archive.tar.jpg', 'filename="archive.tar.jpg"'],
    ['.htaccess', 'htaccess.jpg', 'filename="htaccess.jpg"'],
    ['a"b.png', 'a_b.jpg', 'filename="a_b.jpg"'],
    ['a\r\nset-cookie: x.png', 'aset-cookie_ x.jpg', 'filename="aset-cookie_ x.jpg"'],
    ['gpj.\u202Eexe.png', 'gpj.exe.jpg', 'filename="gpj.exe.jpg"'],
    ['100%.png', '100%.jpg', `filename="100_.jpg"; filename*=UTF-8''100%25.jpg`],
    [
      "Düne (1)'*!.jpg",
      "Düne (1)'_!.jpg",
      `filename="D_ne (1)'_!.jpg"; filename*=UTF-8''D%C3%BCne%20%281%29%27_%21.jpg`,
    ],
    ['砂丘.jpg', '砂丘.jpg', `filename="__.jpg"; filename*=UTF-8''%E7%A0%82%E4%B8%98.jpg`],
    ['\uD800.jpg', 'jpg.jpg', 'filename="jpg.jpg"'],
    ['...', 'picture.jpg', 'filename="picture.jpg"'],
    ['', 'picture.jpg', 'filename="picture.jpg"'],
    [undefined, 'picture.jpg', 'filename="picture.jpg"'],
  ])('becomes one that is safe to download: %j', (given, name, header) => {
    const download = downloadNameOf(keptFileName(given), 'image/jpeg');

    expect(download).toBe(name);
    expect(contentDisposition(download)).toBe(`attachment; ${header}`);
  });

  it('is kept up to 200 characters, without breaking one', () => {
    expect(keptFileName('🏜'.repeat(300))).toBe('🏜'.repeat(200));
  });

  it('says what the bytes are', () => {
    const names = ['image/jpeg', 'image/png', 'image/webp'].map((type) =>
      downloadNameOf('x.gif', type),
    );

    expect(names).toEqual(['x.jpg', 'x.png', 'x.webp']);
  });
});
