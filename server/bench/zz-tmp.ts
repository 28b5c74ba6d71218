import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { largeSetSize } from '../src/app/seed/large-set-plan.ts';
import { thisProgram } from './cached-set.ts';
import { Connection, wireRequest } from './connection.ts';
import { formOf, smallPhoto } from './photo.ts';
import { startSubject } from './subject.ts';
function threads(pid:number){ const m=new Map<string,number>(); for (const t of readdirSync(`/proc/${pid}/task`)) { const name=readFileSync(`/proc/${pid}/task/${t}/comm`,'utf8').trim(); const ns=Number(readFileSync(`/proc/${pid}/task/${t}/schedstat`,'utf8').split(' ')[0]); const k=t===String(pid)?'main':name; m.set(k,(m.get(k)??0)+ns/1e6);} return m; }
const s=await startSubject({size:largeSetSize({users:1000}),program:thisProgram,say:console.error},{database:'sqlite'});
const [v]= await s.needs.newcomers(1);
const {body,type}=formOf(await smallPhoto(),'photo.jpg');
const req=wireRequest('POST','/v2/media',{token:v!.token,body,type});
const conns=await Promise.all(Array.from({length:8},()=>Connection.open(s.server.address)));
for (const [label,n] of [['warm',20],['a',60],['b',60],['c',60]] as const) {
 const before=threads(s.server.pid); const t=performance.now(); const w=s.server.pid;
 await Promise.all(conns.map(async c=>{ for(let i=0;i<n;i++){ const r=await c.send(req); if(r.status!==201) throw new Error(String(r.body)); } }));
 const after=threads(w); const N=n*8; let sum=0; const out:string[]=[];
 for (const [k,x] of after) { const d=(x-(before.get(k)??0))/N; sum+=d; if (d>0.01) out.push(`${k}=${d.toFixed(2)}`); }
 console.log(label,N,'per request ms',sum.toFixed(2),'rate',(N/(performance.now()-t)*1000).toFixed(0),out.join(' '));
}
await s.stop(); process.exit();
